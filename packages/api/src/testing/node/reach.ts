import type { REACH } from '../../contracts/reach.ts'
import type { Implemented } from '../../operations.ts'
import type { Reach } from '../../schemas/reach.ts'
import { refusal } from './refusals.ts'
import type { SimulatedState } from './state.ts'

/** The simulated node refuses this as the present password, and accepts all others. */
export const WRONG_PASSWORD = 'wrong'
const OWN = ['http://192.168.1.5:8420', 'http://[fd00::2]:8420']

/** A node in a home network, which is not tested from outside. */
export function reach(state: SimulatedState): Implemented<typeof REACH> {
  const now = (): Reach => {
    const { publicUrl } = state.settings.network
    const { username, address } = state.opened ?? { username: state.passwordName, address: null }
    const isDead = publicUrl !== null && state.opened === null
    return {
      audience: address === null ? 'machine' : publicUrl === null ? 'network' : 'everyone',
      address: publicUrl === null || isDead ? address : publicUrl,
      open: state.opened !== null,
      username,
      addresses: OWN,
      tests: address === null ? [] : [{ address, here: true, outside: null, atMs: state.clock.nowMs() }],
      problem: isDead ? 'listens-here-only' : null,
      fixed: [],
    }
  }
  return {
    getReach: async () => now(),
    testReach: async () => now(),
    async openUp({ username = 'me', password, address }) {
      const chosen = OWN.find(url => address !== undefined && URL.parse(url)!.hostname.includes(address))
      state.opened = { username, address: chosen ?? OWN[0]! }
      if (address?.startsWith('http'))
        state.settings = {
          ...state.settings,
          network: { ...state.settings.network, publicUrl: address },
        }
      state.emit({ type: 'settings' })
      return { ...now(), password: password === undefined ? 'kame-7xq2-tipo-93hd' : null }
    },
    async setPassword({ username, password, present }) {
      if (state.passwordName !== null && present === WRONG_PASSWORD)
        throw refusal('wrong-password', 'This is not the present password of the console.', 'present')
      if (password === null && state.opened)
        throw refusal('no-password', 'Other machines can reach this node.', 'password')
      state.passwordName = password === null ? null : (username ?? state.passwordName ?? 'me')
      state.hasPassword = password !== null
      state.emit({ type: 'settings' })
      return now()
    },
    async closeUp() {
      state.opened = null
      state.emit({ type: 'settings' })
      return now()
    },
  }
}
