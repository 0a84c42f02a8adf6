/**
 * The node's content security policy forbids `eval`. Zod tries to generate code for speed, and
 * browsers report each attempt. Its schemas read this setting when they are created, so this module
 * must be imported before them.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } })
