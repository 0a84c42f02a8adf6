import type { Contract, Operation } from '@shoal/api/contract'
import type { z } from 'zod'

/**
 * The callers permitted for an operation of a hub. `open`: anyone, also without an account. Each
 * value includes those after it.
 */
export const HUB_ACCESS = ['open', 'member', 'moderator', 'admin'] as const
export type HubAccess = (typeof HUB_ACCESS)[number]

/** An operation of a hub: one request and its response. */
export interface HubOperation<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType = z.ZodType,
  Access extends HubAccess = HubAccess,
> extends Operation<Input, Output, Access> {
  readonly access: Access
  /**
   * Whether pages of other sites can call it without a session, because a device needs it to get
   * one.
   */
  readonly isForOtherSites?: boolean
}

/** Static description of one capability of a hub. */
export interface HubContract extends Contract {
  readonly operations?: Readonly<Record<string, HubOperation>>
}

/** Preserves the precise types of an operation. */
export function hubOperation<
  Input extends z.ZodObject,
  Output extends z.ZodType,
  const Access extends HubAccess,
>(it: HubOperation<Input, Output, Access>): HubOperation<Input, Output, Access> {
  return it
}
