import { z } from 'zod'
import { TimeMs } from './common.ts'
import { ANSWERS } from './names.ts'

/** Audience of a link: browsers of the node's machine, of its network, or all. */
export const AUDIENCES = ['machine', 'network', 'everyone'] as const
export const Audience = z.enum(AUDIENCES)

/**
 * Why the configured public address is not used in links, or may not work. `listens-here-only`: the
 * node accepts connections from its own machine only. `unreachable`: a test of the address failed.
 * `untested`: it is used, but no test has reached it, from outside or from the node's own machine.
 */
export const REACH_PROBLEMS = ['listens-here-only', 'unreachable', 'untested'] as const

/** Whether an address leads to the node. Null: it could not be tested. */
export const ReachTest = z.object({
  address: z.string(),
  /** From the node's own machine. */
  here: z.boolean().nullable(),
  /** From outside, by a hub. */
  outside: z.boolean().nullable(),
  atMs: TimeMs,
})
export type ReachTest = z.infer<typeof ReachTest>

/** The people who can reach the node, as far as known. */
export const Reach = z
  .object({
    /** The browsers that can open the node's links. */
    audience: Audience,
    /** Links begin with this address. Null: with the address that you use. */
    address: z.string().nullable(),
    /** Whether the node accepts connections from other machines. */
    open: z.boolean(),
    /** User name of the console's password. Null if there is none. */
    username: z.string().nullable(),
    /**
     * The node's addresses in its networks, best first. It accepts connections there while it is
     * open.
     */
    addresses: z.array(z.string()),
    tests: z.array(ReachTest),
    problem: z.enum(REACH_PROBLEMS).nullable(),
    /** The settings fixed by the command line or the environment, which this API cannot change. */
    fixed: z.array(z.enum(['host', 'password', 'address'])),
  })
  .register(ANSWERS, { id: 'Reach' })
export type Reach = z.infer<typeof Reach>
export type Audience = Reach['audience']
