/**
 * Tables of all capabilities, for tests and measurements. A hub gets them from its list of
 * capabilities; a test in apps/hub checks that both agree.
 */
import { ACCOUNT_TABLES } from '../accounts/tables.ts'
import { AUDIT_TABLES } from '../audit/tables.ts'
import type { HubTables } from '../database/tables.ts'
import { HUB_TABLES } from '../hub/tables.ts'
import { KEY_PACKAGE_TABLES } from '../key-packages/tables.ts'
import { LISTING_TABLES } from '../listings/tables.ts'
import { LOGIN_TABLES } from '../login/tables.ts'
import { MODERATION_TABLES } from '../moderation/tables.ts'
import { ROOM_TABLES } from '../rooms/tables.ts'
import { TRACKER_KEY_TABLES } from '../tracker-keys/tables.ts'

export const ALL_TABLES: readonly HubTables[] = [
  HUB_TABLES,
  AUDIT_TABLES,
  ACCOUNT_TABLES,
  LOGIN_TABLES,
  ROOM_TABLES,
  MODERATION_TABLES,
  LISTING_TABLES,
  TRACKER_KEY_TABLES,
  KEY_PACKAGE_TABLES,
]
