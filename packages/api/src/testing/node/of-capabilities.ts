// Written by node scripts/reference.ts: see capabilities/list.ts.
import type { SimulatedState } from './state.ts'
import { notes } from '@shoal/capabilities/notes/simulated.ts'

export const ofCapabilities = (state: SimulatedState) => ({ ...notes(state) })
