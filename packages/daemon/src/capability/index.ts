export { type Assembled, assemble, inOrder } from './assemble.ts'
export {
  AbsentCapability,
  type AnyCapability,
  type AnyRunning,
  capabilityOf,
  type RunningParts,
  type Service,
  type Services,
  service,
} from './capability.ts'
export { closeAll, errorsIn } from './close-all.ts'
