import { joinOperations, type OperationCalls } from '@shoal/api/contract'
import type { z } from 'zod'
import { HUB_CONTRACTS } from './contracts.ts'

/** All operations of a hub by name. */
export const HUB_OPERATIONS = joinOperations(HUB_CONTRACTS)
export type HubOperationName = keyof typeof HUB_OPERATIONS

/** Validated input of an operation. */
export type CheckedInputOf<Name extends HubOperationName> = z.output<(typeof HUB_OPERATIONS)[Name]['input']>

/** A hub as seen by its callers. */
export type HubApi = OperationCalls<typeof HUB_OPERATIONS>
