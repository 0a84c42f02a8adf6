import type { Contract, Operation } from '@shoal/api/contract'
import type { z } from 'zod'

/** Those who may ask for an operation. `everyone`: also without an account. Each of the others includes those after it. */
export const AUDIENCES = ['everyone', 'member', 'moderator', 'admin'] as const
export type Audience = (typeof AUDIENCES)[number]

/** One request that a hub answers. */
export interface HubOperation<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType = z.ZodType,
  For extends Audience = Audience,
> extends Operation<Input, Output> {
  readonly for: For
}

/** All that is known about one capability of a hub without running it. */
export interface HubContract extends Contract {
  readonly operations?: Readonly<Record<string, HubOperation>>
}

/** Keeps the precise types of an operation. */
export function hubOperation<Input extends z.ZodObject, Output extends z.ZodType, const For extends Audience>(
  it: HubOperation<Input, Output, For>,
): HubOperation<Input, Output, For> {
  return it
}
