import { ApiError } from '@shoal/api'
import { HUB_OPERATIONS } from '@shoal/hub-api'
import { expect, test } from 'vitest'
import { type HubLink, HubStore, mayUse } from './hub-store.ts'
import { simulatedHub } from './simulated/simulated-hub.ts'

const linkOf = (query: string): HubLink => simulatedHub(new URLSearchParams(query))

test('it knows what the hub is and who is logged in', async () => {
  const hub = new HubStore(linkOf('mock=member'))
  expect([hub.info.get(), hub.account.get()]).toEqual([null, undefined])
  await hub.start()
  expect(hub.info.get()?.name).toBe('Harbour hub')
  expect(hub.account.get()).toMatchObject({ name: 'Chidi', role: 'member' })
  await hub.logOut(() => {})
  expect(hub.account.get()).toBeNull()
})

test('it keeps the reason when the hub does not answer, and asks again', async () => {
  const link = linkOf('mock=guest')
  let isAway = true
  const getHub: typeof link.api.getHub = async (...given) => {
    if (isAway) throw new ApiError('unreachable', 'away')
    return link.api.getHub(...given)
  }
  const api = new Proxy(link.api, { get: (of, name) => (name === 'getHub' ? getHub : Reflect.get(of, name)) })
  const hub = new HubStore({ ...link, api })
  await hub.start()
  expect(hub.failure.get()).toMatchObject({ code: 'unreachable' })
  isAway = false
  await hub.start()
  expect([hub.failure.get(), hub.account.get()]).toEqual([null, null])
})

test('screens are closed before the session ends, and open again if it does not', async () => {
  const link = linkOf('mock=member')
  const during: unknown[] = []
  let isAway = true
  const logout: typeof link.api.logout = async (...given) => {
    during.push(hub.account.get())
    if (isAway) throw new ApiError('unreachable', 'away')
    return link.api.logout(...given)
  }
  const hub: HubStore = new HubStore({
    ...link,
    api: new Proxy(link.api, { get: (of, name) => (name === 'logout' ? logout : Reflect.get(of, name)) }),
  })
  await hub.start()
  const leave = () => void during.push('left', hub.account.get())
  await expect(hub.logOut(leave)).rejects.toMatchObject({ code: 'unreachable' })
  expect(hub.account.get()).toMatchObject({ name: 'Chidi' })
  isAway = false
  await hub.logOut(leave)
  expect([hub.account.get(), ...during]).toEqual([null, undefined, undefined, 'left', undefined])
})

test('each role may do what those before it may', async () => {
  const { items } = await linkOf('mock').api.listAccounts({})
  const [admin, moderator, member] = items
  const audiences = ['open', 'member', 'moderator', 'admin'] as const
  const allowed = [null, member, moderator, admin].map(
    account => audiences.filter(audience => mayUse(account, audience)).length,
  )
  expect(allowed).toEqual([1, 2, 3, 4])
})

test('answers of the simulated hub are those of the contract', async () => {
  const { api } = linkOf('mock')
  const asked = {
    getHub: {},
    getLogin: {},
    listAccounts: {},
    listSessions: {},
    listPasskeys: {},
    listInvitations: {},
    listListings: {},
    getListing: { id: 'share1' },
    listComments: { id: 'share1' },
    listReports: {},
    listBans: {},
    getSlowMode: {},
    listModerationLog: {},
    getFeedKey: {},
    getTrackerAccount: {},
    renewTrackerKey: {},
    getDevices: { did: 'did:key:z6MkAda' },
  } as const
  for (const [name, input] of Object.entries(asked)) {
    const operation = HUB_OPERATIONS[name as keyof typeof asked]
    const answer = await api[name as keyof typeof asked](input as never)
    expect(operation.output.safeParse(answer), name).toMatchObject({ success: true })
  }
})
