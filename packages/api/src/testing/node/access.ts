import type { ACCESS } from '../../contracts/access.ts'
import type { Implemented } from '../../operations.ts'
import type { Access, LoginSession } from '../../schemas/node.ts'
import type { NodePasskey } from '../../schemas/passkey.ts'
import { refusal } from './refusals.ts'
import type { SimulatedState } from './state.ts'

export const PASSWORD = 'shoal'
const HOUR_MS = 3_600_000

export function access(state: SimulatedState): Implemented<typeof ACCESS> {
  const nowMs = state.clock.nowMs()
  let passkeys: NodePasskey[] = [
    {
      ...{ id: 'c2ltdWxhdGVk', name: 'Phone', username: 'shoal' },
      ...{ createdMs: nowMs - 400 * HOUR_MS, usedMs: nowMs - 5 * HOUR_MS },
    },
  ]
  const answer = (): Access =>
    state.isLocked
      ? { username: null, by: 'none', password: state.hasPassword, passkeys: passkeys.length > 0 }
      : { username: 'shoal', by: 'session', password: state.hasPassword, passkeys: passkeys.length > 0 }
  const session = (
    id: number,
    by: LoginSession['by'],
    [browser, address, hours]: [string, string, number],
  ) => ({
    ...{ id, by, browser, address, username: 'shoal', current: id === 1 },
    ...{ createdMs: nowMs - 72 * HOUR_MS, usedMs: nowMs - hours * HOUR_MS, expiresMs: nowMs + 700 * HOUR_MS },
  })
  let sessions: LoginSession[] = [
    session(1, 'token', ['Firefox, Linux', '127.0.0.1', 0]),
    session(2, 'passkey', ['Safari, iOS', '192.168.1.23', 5]),
    session(3, 'password', ['Chrome, Windows', '203.0.113.7', 50]),
  ]
  return {
    getAccess: async () => answer(),
    async login({ password }) {
      if (password !== PASSWORD)
        throw refusal('wrong-password', 'The user name or the password is wrong.', 'password')
      state.isLocked = false
      return answer()
    },
    async logout() {
      state.isLocked = true
      return answer()
    },
    async createChallenge() {
      throw refusal('not-found', 'No device can log in.', 'path')
    },
    async loginWithDevice() {
      throw refusal('bad-login', 'No device can log in.', 'token')
    },
    async requestPasskey() {
      throw refusal('no-passkeys', 'This page has no passkeys.', 'origin')
    },
    async loginWithPasskey() {
      throw refusal('bad-passkey', 'It is not registered here.', 'answer')
    },
    listPasskeys: async () => ({ items: passkeys }),
    async requestNewPasskey() {
      throw refusal('no-passkeys', 'This page has no passkeys.', 'origin')
    },
    async addPasskey() {
      throw refusal('no-passkeys', 'This page has no passkeys.', 'origin')
    },
    async removePasskey({ id }) {
      if (!passkeys.some(passkey => passkey.id === id))
        throw refusal('not-found', 'There is no such passkey.', 'id')
      passkeys = passkeys.filter(passkey => passkey.id !== id)
      return { items: passkeys }
    },
    listSessions: async () => ({ items: sessions }),
    async endSession({ id }) {
      if (!sessions.some(session => session.id === id))
        throw refusal('not-found', `There is no session ${id}.`, 'id')
      sessions = sessions.filter(session => session.id !== id)
      return { items: sessions }
    },
    async endOtherSessions() {
      sessions = sessions.filter(({ current }) => current)
      return { items: sessions }
    },
  }
}
