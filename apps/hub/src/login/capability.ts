/** Logins with devices and passkeys, and sessions. */
import { Challenges } from '@shoal/daemon/login'
import { bytesOf } from '@shoal/daemon/passkeys'
import { type AccountInfo, LOGIN as CONTRACT, type SessionItem } from '@shoal/hub-api'
import { LOGIN_TABLES, Passkeys, UsedChallenges } from '@shoal/hub-stores'
import { type Caller, sessionSecret } from '../kernel/callers.ts'
import { capability } from '../kernel/capability.ts'
import type { Client } from '../kernel/client.ts'
import { Guesses } from '../kernel/guesses.ts'
import { COOKIE_SESSION_SECONDS, DeviceLogins, LONGEST_COOKIE_SECONDS } from './device-logins.ts'
import { EndedSessions } from './ended-sessions.ts'
import { HubPasskeys } from './passkeys.ts'
import { LOGINS } from './service.ts'

export const login = capability({
  contract: CONTRACT,
  tables: LOGIN_TABLES,
  provides: { logins: LOGINS },
  start(kernel) {
    const { people, channels, database } = kernel
    const { sessions } = people
    const now = () => kernel.now()
    const guesses = new Guesses(channels, now, { name: 'guesses', field: 'token' })
    const challenges = new Challenges(now, kernel.secretFor('login challenges'))
    const ended = new EndedSessions(channels)
    const passkeys = new Passkeys(database, now)
    const used = new UsedChallenges(database, now)
    const parts = { people, now, challenges, used, guesses, ended }
    const devices = new DeviceLogins(parts)
    const ownPasskeys = new HubPasskeys({ ...parts, passkeys, title: kernel.name })

    const listSessions = async ({ did, sessionId }: Caller): Promise<{ items: SessionItem[] }> => ({
      items: (await sessions.list(did)).map(({ device, ...session }) => ({
        ...session,
        device: device && Buffer.from(device).toString('hex'),
        current: session.id === sessionId,
      })),
    })
    /**
     * Pages query the logged-in user whenever they open, which extends the session to its full
     * length.
     */
    const renewCookie = async (client: Client) => {
      const secret = client.headers.authorization === undefined ? sessionSecret(client.headers) : null
      const lives = { lifeMs: 1000 * COOKIE_SESSION_SECONDS, mostMs: 1000 * LONGEST_COOKIE_SECONDS }
      const renewed = secret === null ? null : await sessions.renew(secret, lives)
      if (renewed) client.keepSession(secret, Math.floor((renewed.expiresMs - now()) / 1000))
    }
    const end = async (caller: Caller, which: Parameters<typeof sessions.end>[1]) => {
      if ((await sessions.end(caller.did, which)) > 0) ended.announce(caller.did)
      return listSessions(caller)
    }
    return {
      operations: {
        async getLogin(_input, { caller, client }) {
          if (caller) await renewCookie(client)
          return { account: caller && toInfo(caller), sessionId: caller?.sessionId ?? null }
        },
        async createChallenge(_input, { client }) {
          guesses.admit(client.address)
          return challenges.make()
        },
        loginWithDevice: (input, { client }) => devices.login(input, client),
        recoverDevices: (input, { client }) => devices.recover(input, client),
        requestPasskey: async (_input, { client }) => ownPasskeys.request(client),
        loginWithPasskey: ({ answer }, { client }) => ownPasskeys.login(answer, client),
        async logout(_input, { caller, client }) {
          if (caller) await end(caller, { id: caller.sessionId })
          client.keepSession(null, 0)
          return {}
        },
        listSessions: (_input, { caller }) => listSessions(caller),
        endSession: ({ id }, { caller }) => end(caller, { id }),
        endOtherSessions: (_input, { caller }) => end(caller, { allBut: caller.sessionId }),
        listPasskeys: (_input, { caller }) => ownPasskeys.list(caller.did),
        requestNewPasskey: (_input, { caller, client }) => ownPasskeys.requestNew(caller.did, client),
        async addPasskey(input, { caller, client }) {
          await ownPasskeys.add(caller.did, input, client)
          return ownPasskeys.list(caller.did)
        },
        async changePasskey({ id, name, wrappedKey }, { caller }) {
          await passkeys.change(caller.did, bytesOf(id), {
            ...(name !== undefined && { name }),
            ...(wrappedKey !== undefined && { wrappedKey: wrappedKey === null ? null : bytesOf(wrappedKey) }),
          })
          return ownPasskeys.list(caller.did)
        },
        async removePasskey({ id }, { caller }) {
          await passkeys.remove(caller.did, bytesOf(id))
          return ownPasskeys.list(caller.did)
        },
      },
      provides: {
        logins: {
          prove: (proof, client) => devices.prove(proof, client),
          begin: (device, proof, client) => devices.begin(device, proof, client),
          publishLists: (did, lists) => devices.publishLists(did, lists),
          guesses,
          ended: did => ended.announce(did),
          onEnded: listener => ended.onEnded(listener),
        },
      },
      close() {},
    }
  },
})

function toInfo({ account }: Caller): AccountInfo {
  return { ...account }
}
