import { type ClientState, mlsExporter } from 'ts-mls'
import type { Suite } from './suite.ts'

/** Derives a secret of an epoch for another use (RFC 9420, 8.5). */
export function exportSecret(
  ...[{ keySchedule }, suite, label, context, length]: [ClientState, Suite, string, Uint8Array, number]
): Promise<Uint8Array> {
  return mlsExporter(keySchedule.exporterSecret, label, context, length, suite)
}
