import { joinOperations, type OperationCalls } from '@shoal/api/contract'
import type { z } from 'zod'
import { HUB_CONTRACTS } from './contracts.ts'

/** Every operation of a hub by name. */
export const HUB_OPERATIONS = joinOperations(HUB_CONTRACTS)
export type HubOperationName = keyof typeof HUB_OPERATIONS

/** The input of an operation when it has been checked. */
export type CheckedInputOf<Name extends HubOperationName> = z.output<(typeof HUB_OPERATIONS)[Name]['input']>

/** A hub as its callers see it. */
export type HubApi = OperationCalls<typeof HUB_OPERATIONS>
