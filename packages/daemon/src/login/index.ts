/** The parts of a login that node and hub share. */
export { Attempts, network, TooManyAttempts } from './attempts.ts'
export { browserName } from './browser-name.ts'
export { CHALLENGE_SECONDS, Challenges } from './challenges.ts'
export { sameText, sha256 } from './same-text.ts'
