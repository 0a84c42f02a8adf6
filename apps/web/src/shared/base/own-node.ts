import { remember, remembered } from './remembered.ts'

const KEY = 'shoal.node'

/**
 * The address of the user's own node: where they logged in, or what they entered; null if neither
 * is known.
 */
export function ownNode(): string | null {
  return remembered(KEY)
}

export function rememberOwnNode(address: string): void {
  remember(KEY, address)
}
