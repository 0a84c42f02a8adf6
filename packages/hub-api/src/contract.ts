import type { Contract, Operation } from '@shoal/api/contract'
import type { z } from 'zod'

/** Says who may call an operation of a hub. `open`: everybody, also without an account. Each of them includes those after it. */
export const HUB_ACCESS = ['open', 'member', 'moderator', 'admin'] as const
export type HubAccess = (typeof HUB_ACCESS)[number]

/** One request that a hub answers. */
export interface HubOperation<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType = z.ZodType,
  Access extends HubAccess = HubAccess,
> extends Operation<Input, Output, Access> {
  readonly access: Access
  /** Whether pages of other sites may call it without a session: what a device needs until it has one. */
  readonly isForOtherSites?: boolean
}

/** All that is known about one capability of a hub without running it. */
export interface HubContract extends Contract {
  readonly operations?: Readonly<Record<string, HubOperation>>
}

/** Keeps the precise types of an operation. */
export function hubOperation<
  Input extends z.ZodObject,
  Output extends z.ZodType,
  const Access extends HubAccess,
>(it: HubOperation<Input, Output, Access>): HubOperation<Input, Output, Access> {
  return it
}
