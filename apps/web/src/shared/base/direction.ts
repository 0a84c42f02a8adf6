/** Whether the page is written from right to left. Mirrors the meaning of the left and right arrow keys, and of moves of the pointer. */
export const isRightToLeft = () => document.documentElement.dir === 'rtl'

const MIRRORED_KEYS: Record<string, string> = { ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' }

/** The name of a key as if the page were written from left to right: `ArrowRight` leads forward. */
export const logicalKey = (key: string) => (isRightToLeft() ? (MIRRORED_KEYS[key] ?? key) : key)
