import type { AnyCapability } from './kernel/capability.ts'
import { LEGACY } from './legacy/capability.ts'

/** THE LIST of what a node can do: a line each. The order is that of starting, except that each comes after what it needs. */
export const CAPABILITIES: readonly AnyCapability[] = [LEGACY]
