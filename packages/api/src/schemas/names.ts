import { z } from 'zod'

// Schemas that the OpenAPI document gives a name and refers to by it. A schema that has defaults looks different when it is given: its members
// are optional then, so that it needs two names.

/** Names of schemas in answers and events. */
export const ANSWERS = z.registry<{ id: string }>()
/** Names of schemas in requests. */
export const GIVEN = z.registry<{ id: string }>()
