export { findMismatches } from './mismatches.ts'
export { toPseudo } from './pseudo.ts'
