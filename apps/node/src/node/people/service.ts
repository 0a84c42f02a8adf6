import type { Recognition } from '@shoal/torrent'
import { service } from '../kernel/capability.ts'

/** Recognizes Shoal peers for the engine, and keeps their accounts. */
export const RECOGNITION = service<Recognition>('recognition')
