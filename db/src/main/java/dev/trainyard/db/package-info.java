/**
 * All SQL of Trainyard: one store per aggregate, one method per named transaction of the lifecycle (docs/lifecycle.md).
 * Entry: {@link dev.trainyard.db.Database}.
 */
@NullMarked
package dev.trainyard.db;

import org.jspecify.annotations.NullMarked;
