import type { ACCESS } from '../../contracts/access.ts'
import type { Implemented } from '../../operations.ts'
import type { Access } from '../../schemas/node.ts'
import { refusal } from './refusals.ts'
import type { SimulatedState } from './state.ts'

export const PASSWORD = 'shoal'

export function access(state: SimulatedState): Implemented<typeof ACCESS> {
  const answer = (): Access =>
    state.isLocked
      ? { username: null, by: 'none', password: state.hasPassword }
      : { username: 'shoal', by: 'session', password: state.hasPassword }
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
  }
}
