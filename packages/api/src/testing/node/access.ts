import type { ACCESS } from '../../contracts/access.ts'
import type { Implemented } from '../../operations.ts'
import type { Access, LoginSession } from '../../schemas/node.ts'
import { refusal } from './refusals.ts'
import type { SimulatedState } from './state.ts'

export const PASSWORD = 'shoal'
const HOUR_MS = 3_600_000

export function access(state: SimulatedState): Implemented<typeof ACCESS> {
  const answer = (): Access =>
    state.isLocked
      ? { username: null, by: 'none', password: state.hasPassword }
      : { username: 'shoal', by: 'session', password: state.hasPassword }
  const nowMs = state.clock.nowMs()
  const session = (id: number, browser: string, address: string, hours: number) => ({
    ...{ id, browser, address, username: 'shoal', device: false, current: id === 1 },
    ...{ createdMs: nowMs - 72 * HOUR_MS, usedMs: nowMs - hours * HOUR_MS, expiresMs: nowMs + 700 * HOUR_MS },
  })
  let sessions: LoginSession[] = [
    session(1, 'Firefox, Linux', '127.0.0.1', 0),
    session(2, 'Safari, iOS', '192.168.1.23', 5),
    session(3, 'Chrome, Windows', '203.0.113.7', 50),
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
