import { Failure } from '../../base/failure.ts'

/** This node does without the capability that a request needs. */
export class AbsentCapability extends Failure {
  constructor(what: string) {
    super('unsupported', `${what} is not a part of this node`)
  }
}
