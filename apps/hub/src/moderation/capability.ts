import { MODERATION } from '@shoal/hub-api'
import { MODERATION_TABLES } from '@shoal/hub-stores'
import { capability } from '../kernel/capability.ts'
import { LOGINS } from '../login/service.ts'
import { HubModeration } from './hub-moderation.ts'
import { MODERATION as SERVICE } from './service.ts'

/** Interval of the check for expired bans. */
const BANS_MS = 30_000

/** Reports, hiding, bans, slow mode, and the public log. */
export const moderation = capability({
  contract: MODERATION,
  tables: MODERATION_TABLES,
  needs: { logins: LOGINS },
  provides: { moderation: SERVICE },
  start(kernel, { logins }) {
    const moderation = new HubModeration(kernel, did => logins.ended(did))
    const end = () =>
      moderation
        .endBans()
        .catch(error => kernel.log.warn('Bans could not be ended', { error: String(error) }))
    let timer: NodeJS.Timeout | undefined
    return {
      provides: { moderation },
      operations: {
        report: (input, { caller }) => moderation.report(input, caller),
        listReports: input => moderation.reports(input),
        closeReports: input => moderation.closeReports(input),
        hide: (input, { caller }) => moderation.hide(input, caller),
        unhide: (input, { caller }) => moderation.unhide(input, caller),
        listBans: input => moderation.bans(input),
        ban: (input, { caller }) => moderation.ban(input, caller),
        removeAccount: (input, { caller }) => moderation.removeAccount(input, caller),
        unban: (input, { caller }) => moderation.unban(input, caller),
        getSlowMode: (input, { caller }) => moderation.slowMode(input, caller),
        setSlowMode: (input, { caller }) => moderation.setSlowMode(input, caller),
        listModerationLog: (input, { caller }) => moderation.log(input, caller),
      },
      async begin() {
        await end()
        timer = setInterval(end, BANS_MS)
      },
      close: () => clearInterval(timer),
    }
  },
})
