/**
 * A simulated hub that runs in the page, for development and for tests of screens. `?mock` is
 * logged in as an admin, `?mock=member` and `?mock=guest` as other users; `&registration=open` sets
 * who may join. It does not verify signatures of the page.
 */
import { ApiError } from '@shoal/api'
import type {
  AccountInfo,
  Author,
  Ban,
  Comment,
  HubInfo,
  InvitationItem,
  ModerationEntry,
  Registration,
  Report,
} from '@shoal/hub-api'
import type { HubApi } from '@shoal/hub-api/client'
import type { HubLink } from '../hub-store.ts'
import { DESCRIPTION, didOf, MEMBERS, NOW_MS, sampleListings } from './sample.ts'

const DAY_MS = 86_400_000
const WHO: Readonly<Record<string, string | null>> = {
  '': 'Ada',
  moderator: 'Bruno',
  member: 'Chidi',
  guest: null,
}

export function simulatedHub(asked: URLSearchParams): HubLink {
  const name = WHO[asked.get('mock') ?? ''] ?? null
  const hub = simulate((asked.get('registration') as Registration | null) ?? 'invite', name)
  const api = new Proxy({} as HubApi, {
    get: (_, operation: string) => async (input: never) => {
      const answer = (hub as unknown as Record<string, (input: never) => unknown>)[operation]
      if (!answer) throw new ApiError('unsupported', 'The simulated hub does not know this.', { status: 404 })
      // A copy, like an answer over a network.
      return structuredClone(answer.call(hub, input))
    },
  })
  return { api, simulated: true, sendBytes: async () => {}, health: async () => 'ok' }
}

type In<Name extends keyof HubApi> = Parameters<HubApi[Name]>[0]

function simulate(policy: Registration, name: string | null) {
  const state = initialState(name)
  const me = (): AccountInfo => {
    if (!state.own) throw refusal('unauthorized', 'This is for members of the hub: log in.')
    return state.own
  }
  const begin = (account: AccountInfo) => {
    state.own = account
    return { account, sessionId: 'session1', expiresMs: NOW_MS + DAY_MS, secret: null }
  }
  const next = () => String(state.count++)
  const findListing = (id: string) => found(state.listings.find(each => each.id === id))
  const findComment = (id: string) => found([...state.comments.values()].flat().find(each => each.id === id))
  const changeAccount = (did: string, changes: Partial<AccountInfo>) => {
    state.accounts = state.accounts.map(each => (each.did === did ? { ...each, ...changes } : each))
    return found(state.accounts.find(each => each.did === did))
  }
  const note = (action: ModerationEntry['action'], subject: ModerationEntry['subject'], reason: string) =>
    state.log.unshift(logEntry(state.count++, me(), action, subject, reason))
  return {
    getHub(): HubInfo {
      return {
        ...{ name: 'Harbour hub', version: '0.1.0', registration: policy, did: null, key: didOf('hub') },
        ...{ trackers: ['https://hub.example.org/announce', 'wss://hub.example.org/announce'] },
        ...{
          isTrackerPrivate: false,
          chatApp: 'https://chat.example/',
          roomGuests: true,
          capabilities: ['accounts', 'listings', 'moderation', 'member-data', 'tracker-keys', 'tracker'],
        },
      }
    },

    getLogin() {
      return { account: state.own, sessionId: state.own && 'session1' }
    },

    createChallenge() {
      return { nonce: 'simulated', expiresMs: NOW_MS + 120_000 }
    },

    logout() {
      state.own = null
      return {}
    },

    loginWithDevice() {
      return begin(state.accounts[0]!)
    },

    checkInvitation({ invitation }: In<'checkInvitation'>) {
      if (invitation === 'wrong')
        throw refusal('not-found', 'This invitation is unknown, expired or used up.')
      return { role: 'member', expiresMs: NOW_MS + DAY_MS }
    },

    join({ name = '', invitation }: In<'join'>) {
      const waits = policy === 'approval' && invitation === undefined
      const account: AccountInfo = {
        ...{ did: didOf(`${name}${next()}`), name, role: 'member', createdMs: Date.now() },
        state: waits ? 'waiting' : 'active',
      }
      state.accounts.push(account)
      return waits ? { account, sessionId: null, expiresMs: null, secret: null } : begin(account)
    },

    changeAccount({ name }: In<'changeAccount'>) {
      state.own = { ...me(), name }
      return state.own
    },

    listSessions() {
      const session = { device: null, createdMs: NOW_MS - DAY_MS, expiresMs: NOW_MS + 30 * DAY_MS }
      return {
        items: [
          { ...session, id: 'session1', label: 'Chromium on Linux', seenMs: NOW_MS, current: true },
          {
            ...session,
            id: 'session2',
            label: 'Firefox on Android',
            seenMs: NOW_MS - DAY_MS / 2,
            current: false,
          },
        ],
      }
    },

    listPasskeys() {
      return {
        items: [
          {
            id: 'passkey1',
            name: 'Phone',
            createdMs: NOW_MS - 9 * DAY_MS,
            usedMs: NOW_MS - DAY_MS,
            opensKey: true,
          },
        ],
      }
    },

    getDevices({ did }: In<'getDevices'>) {
      return { did, lists: [], devices: [] }
    },

    listAccounts({ state: wanted }: In<'listAccounts'>) {
      return { items: state.accounts.filter(each => wanted === undefined || each.state === wanted) }
    },

    approveAccount({ did }: In<'approveAccount'>) {
      return changeAccount(did, { state: 'active' })
    },

    refuseAccount({ did }: In<'refuseAccount'>) {
      state.accounts = state.accounts.filter(each => each.did !== did)
      return {}
    },

    removeAccount({ did, reason }: In<'removeAccount'>) {
      const { name } = changeAccount(did, {})
      state.accounts = state.accounts.filter(each => each.did !== did)
      state.listings = state.listings.filter(each => each.author.did !== did)
      note('remove', { kind: 'member', id: did, name }, reason)
      return {}
    },

    setRole({ did, role }: In<'setRole'>) {
      return changeAccount(did, { role })
    },

    createInvitation({ role = 'member', uses = 1, days = 7, note = '' }: In<'createInvitation'>) {
      const invitation: InvitationItem = {
        ...{ id: next(), role, uses, by: me().did, note },
        ...{ createdMs: Date.now(), expiresMs: Date.now() + days * DAY_MS },
      }
      state.invitations.unshift(invitation)
      return { secret: 'simulatedInvitation000', invitation }
    },

    listInvitations() {
      return { items: state.invitations }
    },

    revokeInvitation({ id }: In<'revokeInvitation'>) {
      state.invitations = state.invitations.filter(each => each.id !== id)
      return { items: state.invitations }
    },

    listListings({ text = '', category, tag, author }: In<'listListings'>) {
      const words = text.toLowerCase().split(/\s+/).filter(Boolean)
      const items = state.listings.filter(
        listing =>
          (listing.hidden === null || me().role !== 'member') &&
          words.every(word => listing.title.toLowerCase().includes(word)) &&
          (category === undefined || listing.category === category) &&
          (tag === undefined || listing.tags.includes(tag)) &&
          (author === undefined || listing.author.did === author),
      )
      return { items, next: null }
    },

    getListing({ id }: In<'getListing'>) {
      return { ...findListing(id), description: state.descriptions.get(id) ?? '' }
    },

    publishListing({ title, category, tags = [], description = '', link }: In<'publishListing'>) {
      const id = `share${next()}`
      const { did, name } = me()
      const createdMs = Date.now()
      state.descriptions.set(id, description)
      state.listings.unshift({
        ...{ id, title, category, tags, link, sizeBytes: 0, fileCount: null, kind: 'open' },
        ...{ infoHashV1: null, infoHashV2: null, author: { did, name }, createdMs, changedMs: createdMs },
        ...{ hidden: null, comments: 0, thumbnails: [], hasTorrent: false, seeders: 0, leechers: 0 },
      })
      return this.getListing({ id })
    },

    editListing({ id, description, ...changes }: In<'editListing'>) {
      if (description !== undefined) state.descriptions.set(id, description)
      Object.assign(findListing(id), changes, { changedMs: Date.now() })
      return this.getListing({ id })
    },

    removeListing({ id }: In<'removeListing'>) {
      state.listings = state.listings.filter(each => each.id !== id)
      return {}
    },

    listComments({ id }: In<'listComments'>) {
      return { items: state.comments.get(id) ?? [], next: null }
    },

    addComment({ id, text }: In<'addComment'>) {
      const { did, name } = me()
      const comment: Comment = {
        ...{ id: `comment${next()}`, author: { did, name }, text, createdMs: Date.now() },
        ...{ changedMs: null, hidden: null },
      }
      state.comments.set(id, [...(state.comments.get(id) ?? []), comment])
      return comment
    },

    editComment({ id, text }: In<'editComment'>) {
      return Object.assign(findComment(id), { text, changedMs: Date.now() })
    },

    removeComment({ id }: In<'removeComment'>) {
      for (const [listing, comments] of state.comments)
        state.comments.set(
          listing,
          comments.filter(each => each.id !== id),
        )
      return {}
    },

    getTrackerAccount() {
      const torrents: never[] = []
      const announceUrls = ['https://hub.example.org/PASSKEY/announce']
      return {
        ...{ hasKey: true, isPrivate: true, announceUrls, torrents },
        ...{ uploadedBytes: 81_000_000_000, downloadedBytes: 36_000_000_000 },
      }
    },

    renewTrackerKey() {
      const passkey = '0123456789abcdef0123456789abcdef'
      return { passkey, announceUrls: [`https://hub.example.org/${passkey}/announce`] }
    },

    getFeedKey() {
      return { createdMs: null }
    },

    renewFeedKey() {
      return { key: 'simulatedFeedKey', createdMs: Date.now() }
    },

    removeFeedKey() {
      return {}
    },

    deleteMyData() {
      state.own = null
      return { deleted: {} }
    },

    report({ kind, id, reason }: In<'report'>) {
      const { did, name } = me()
      const text = kind === 'listing' ? findListing(id).title : findComment(id).text
      const author = kind === 'listing' ? findListing(id).author : findComment(id).author
      state.reports.push({
        ...{ number: state.count++, reporter: { did, name }, reason, createdMs: Date.now() },
        subject: { kind, id, text, author, listing: null, isHidden: false },
      })
      return {}
    },

    listReports() {
      return { items: state.reports, next: null }
    },

    closeReports({ id }: In<'closeReports'>) {
      const left = state.reports.filter(({ subject }) => subject.id !== id)
      const closed = state.reports.length - left.length
      state.reports = left
      return { closed }
    },

    hide({ kind, id, reason }: In<'hide'>) {
      const hidden = kind === 'listing' ? findListing(id) : findComment(id)
      hidden.hidden = reason
      this.closeReports({ kind, id })
      note('hide', { kind, id, name: 'title' in hidden ? hidden.title : '' }, reason)
      return {}
    },

    unhide({ kind, id, reason }: In<'unhide'>) {
      const hidden = kind === 'listing' ? findListing(id) : findComment(id)
      hidden.hidden = null
      note('unhide', { kind, id, name: '' }, reason)
      return {}
    },

    listBans() {
      return { items: state.bans, next: null }
    },

    ban({ did, reason, untilMs = null }: In<'ban'>) {
      const { name } = changeAccount(did, { state: 'banned' })
      const ban: Ban = { member: { did, name }, reason, by: me(), createdMs: Date.now(), untilMs }
      state.bans.push(ban)
      note('ban', { kind: 'member', id: did, name }, reason)
      return ban
    },

    unban({ did, reason }: In<'unban'>) {
      const { name } = changeAccount(did, { state: 'active' })
      state.bans = state.bans.filter(({ member }) => member.did !== did)
      note('unban', { kind: 'member', id: did, name }, reason)
      return {}
    },

    getSlowMode() {
      return { everybodySeconds: state.slowSeconds, memberSeconds: 0 }
    },

    setSlowMode({ seconds, reason }: In<'setSlowMode'>) {
      state.slowSeconds = seconds
      note('slow-mode', null, reason)
      return {}
    },

    listModerationLog() {
      return { items: state.log, next: null }
    },
  }
}

function initialState(name: string | null) {
  const [ada, bruno, chidi, dora, egon] = MEMBERS.map(({ did, name }) => ({ did, name })) as [
    Author,
    Author,
    Author,
    Author,
    Author,
  ]
  const comment = (id: string, author: Author, text: string): Comment => ({
    ...{ id, author, text, createdMs: NOW_MS - DAY_MS / 3, changedMs: null, hidden: null },
  })
  const comments = [
    comment('comment1', dora, 'Beautiful. The *last minute* is worth the wait.'),
    comment('comment2', egon, 'Buy cheap watches at my shop!'),
  ]
  const reported = { kind: 'comment' as const, id: 'comment2', text: 'Buy cheap watches at my shop!' }
  const reports: Report[] = [
    {
      ...{ number: 1, reporter: chidi, reason: 'Advertisement', createdMs: NOW_MS - DAY_MS / 4 },
      subject: { ...reported, author: egon, listing: 'share1', isHidden: false },
    },
  ]
  const bans: Ban[] = [
    {
      ...{ member: egon, reason: 'Advertisements', by: bruno, createdMs: NOW_MS - DAY_MS },
      untilMs: NOW_MS + 20 * DAY_MS,
    },
  ]
  const invitations: InvitationItem[] = [
    {
      ...{ id: 'invitation1', role: 'member', uses: 3, by: ada.did, note: 'Book club' },
      ...{ createdMs: NOW_MS - DAY_MS, expiresMs: NOW_MS + 6 * DAY_MS },
    },
  ]
  return {
    own: MEMBERS.find(member => member.name === name) ?? null,
    accounts: [...MEMBERS],
    listings: sampleListings(),
    descriptions: new Map([['share1', DESCRIPTION]]),
    comments: new Map([['share1', comments]]),
    ...{ reports, bans, invitations },
    log: [
      logEntry(1, bruno, 'ban', { kind: 'member', ...{ id: egon.did, name: egon.name } }, 'Advertisements'),
    ],
    slowSeconds: 0,
    count: 100,
  }
}

function logEntry(
  number: number,
  { did, name }: Author,
  action: ModerationEntry['action'],
  subject: ModerationEntry['subject'],
  reason: string,
): ModerationEntry {
  const entry = { number, atMs: Date.now(), untilMs: null, seconds: null, role: null }
  return { ...entry, by: { did, name }, action, subject, reason }
}

function found<It>(it: It | undefined): It {
  if (it === undefined) throw refusal('not-found', 'This does not exist, or has been removed.')
  return it
}

function refusal(code: string, message: string): ApiError {
  return new ApiError(code, message, { status: 404 })
}
