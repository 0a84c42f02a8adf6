import { z } from 'zod'

// Names of schemas in the OpenAPI document, which refers to them. A schema with defaults has optional members in requests only, so that it
// needs two names.

/** Names of schemas in answers and events. */
export const ANSWERS = z.registry<{ id: string }>()
/** Names of schemas in requests. */
export const GIVEN = z.registry<{ id: string }>()
