/**
 * Stored drafts: a compose file with declared parameters that becomes a training each time it is
 * filled in. Entry: {@link dev.trainyard.core.draft.ModelDraft}.
 */
@NullMarked
package dev.trainyard.core.draft;

import org.jspecify.annotations.NullMarked;
