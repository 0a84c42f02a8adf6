export { type Assembled, type AssembleOptions, assemble, inOrder } from './assemble.ts'
export {
  AbsentCapability,
  type AnyCapability,
  type AnyOperations,
  type AnyRunning,
  type Capability,
  capabilityOf,
  type Given,
  type Running,
  type RunningParts,
  type Service,
  type Services,
  service,
} from './capability.ts'
export { closeAll, errorsIn } from './close-all.ts'
