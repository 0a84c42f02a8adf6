import type { FileCopy } from '../../api.ts'

/** Pages leave this out, to stay small. */
export class SharedFiles {
  changed(): void {}

  removed(): void {}

  share(): void {}

  arrived(): void {}

  copiesOf(): readonly FileCopy[] {
    return []
  }
}
