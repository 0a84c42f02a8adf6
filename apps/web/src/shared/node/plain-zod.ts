/**
 * The node's content security policy forbids code that is made of text. Zod tries to make some for speed, and browsers report each attempt;
 * its schemas look at this when they are made, so it stands before anything that imports them.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } })
