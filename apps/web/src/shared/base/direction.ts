/**
 * Returns whether the page is written from right to left. Then the left and right arrow keys, and
 * horizontal pointer moves, are mirrored.
 */
export const isRightToLeft = () => document.documentElement.dir === 'rtl'

const MIRRORED_KEYS: Record<string, string> = { ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' }

/**
 * Returns the name of a key as if the page were written from left to right: `ArrowRight` leads
 * forward.
 */
export const logicalKey = (key: string) => (isRightToLeft() ? (MIRRORED_KEYS[key] ?? key) : key)
