// Written by node scripts/reference.ts: see capabilities/list.ts.
import type { SimulatedState } from './state.ts'
import { feeds } from '@shoal/capabilities/feeds/simulated.ts'
import { notes } from '@shoal/capabilities/notes/simulated.ts'

export const ofCapabilities = (state: SimulatedState) => ({ ...feeds(state), ...notes(state) })
