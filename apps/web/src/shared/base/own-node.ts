import { remember, remembered } from './remembered.ts'

const KEY = 'shoal.node'

/** Address of the node that is this browser's user's own, as far as that is known here: where they were logged in, or what they wrote. */
export function ownNode(): string | null {
  return remembered(KEY)
}

export function rememberOwnNode(address: string): void {
  remember(KEY, address)
}
