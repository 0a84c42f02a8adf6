import { OPERATIONS, type Operation, type Routes } from '@shoal/api'

/**
 * Method and path of each operation. The table of the contract carries the schemas too, which would double the size of the first screen:
 * the build replaces this module by the value that it exports (vite.config.ts).
 */
export const ROUTES = Object.fromEntries(
  Object.entries<Operation>(OPERATIONS).map(([name, { method, path }]) => [name, { method, path }]),
) as Routes
