import { contract } from '@shoal/api/contract'

/** The files of shares for the node's share page, without a login. */
export const GUESTS = contract({ name: 'guests' })
