import { contract } from '@shoal/api/contract'

/** The RPC interface of Transmission. */
export const TRANSMISSION = contract({ name: 'transmission' })
