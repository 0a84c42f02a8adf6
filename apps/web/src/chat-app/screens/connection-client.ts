import { createApi } from '@shoal/api/client'
import type { ChatClient } from '../../features/chat/chat-client.ts'
import { texts } from '../../shared/messages/chat-app.ts'
import { takeDrops } from '../../shared/ui/ui.ts'
import type { ChatHub } from '../device/chat-browser.ts'
import type { LazyFiles } from '../files/lazy-files.ts'
import type { ChatConnection } from '../worker/chat-connection.ts'
import type { ContactCalls } from '../worker/contacts.ts'
import { SharePages } from './share-pages.ts'

/** Returns the chat of this browser as the screens use it. */
export function connectionClient(
  chat: ChatConnection,
  hubs: readonly ChatHub[],
  files: LazyFiles,
): ChatClient {
  const pages = new SharePages(location.href)
  const call = <Name extends keyof ContactCalls>(
    name: Name,
    input: Parameters<ContactCalls[Name]>[0],
    signal?: AbortSignal,
  ) => chat.call(name, input, signal ? { signal } : {}) as ReturnType<ContactCalls[Name]>
  return {
    api: createApi((name, input, options) => chat.call(name, input, options)),
    listen: listener => chat.listen(listener),
    async listPersons(signal) {
      const persons = await call('listContacts', {}, signal)
      return [...persons]
        .filter(({ isBlocked }) => !isBlocked)
        .sort((one, other) => Number(other.isContact) - Number(one.isContact))
    },
    listHubs: async () => hubs,
    setBlocked: (did, isBlocked) => call('setBlocked', { did, isBlocked }),
    contacts: {
      list: signal => call('listContacts', {}, signal),
      add: input => call('addContact', input),
      change: (did, changes) => call('changeContact', { did, ...changes }),
      ownCode: signal => call('getOwnCode', {}, signal),
      getVerification: (did, signal) => call('getVerification', { did }, signal),
      verify: (did, seen) => call('verifyContact', { did, seen }),
    },
    shares: {
      files: {
        share: async (dropped, options) => (await files.load()).share(dropped, options),
        takeDrops,
        hint: texts.files.whileOpen,
      },
      downloads: null,
      open: async (link, signal) => (await files.load()).open(link, signal),
      pageOf: link => pages.pageOf(link),
    },
  }
}
