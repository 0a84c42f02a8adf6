import type { Implemented, SEARCH } from '@shoal/api'
import { service } from '@shoal/daemon/capability'

/** The search of the node's own list, for capabilities that act like a user. */
export const SEARCH_OPERATIONS = service<Implemented<typeof SEARCH>>('search-operations')
