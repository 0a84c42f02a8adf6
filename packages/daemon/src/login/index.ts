/** Login code shared by node and hub. */
export { Attempts, network, TooManyAttempts } from './attempts.ts'
export { browserName } from './browser-name.ts'
export { CHALLENGE_SECONDS, Challenges } from './challenges.ts'
export { sameText, sha256 } from './same-text.ts'
