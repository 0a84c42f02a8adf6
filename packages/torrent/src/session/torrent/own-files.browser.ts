/** The files of a page's storage are the page's own: pages leave out what judges files, to stay small. */
import { ShoalError } from '../../base/errors.ts'
import type { Content } from './content.ts'
import type { Found } from './file-claims.ts'

export class PathsInUse {
  release(): void {}
}

export function claimPaths(): void {}

export function claimMoved(): void {}

export function chooseNames(): null {
  return null
}

export async function judgeFiles(_: unknown, __: unknown, found: Found): Promise<Found['stamps']> {
  return found.stamps
}

export function trustFiles(): undefined {}

export async function recognizeFiles(): Promise<void> {}

export async function glanceAtFiles(): Promise<void> {}

export function storedPaths(): null {
  return null
}

export async function ownStamps(): Promise<null> {
  return null
}

export function keptFiles(): void {}

export function mustBeFree(): void {}

export function makeWay(): null {
  return null
}

export async function mustBePresent(): Promise<void> {}

export async function missingFiles({ metainfo }: Content): Promise<ShoalError> {
  return new ShoalError(
    'not-found',
    `files of ${metainfo.info.name} were deleted or truncated: resume to download what is missing again`,
  )
}
