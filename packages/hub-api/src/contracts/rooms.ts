import { contract } from '@shoal/api/contract'

/**
 * Room logs and inboxes. They have no operations, since their clients connect over Socket.IO
 * (`@shoal/hub-api/rooms`).
 */
export const ROOMS = contract({ name: 'rooms' })
