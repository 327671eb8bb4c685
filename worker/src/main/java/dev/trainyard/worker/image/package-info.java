/**
 * Gives the host the image that an attempt needs: pulled, or built from the source archive, once however many ask. Entry: {@link
 * dev.trainyard.worker.image.Images}.
 */
@NullMarked
package dev.trainyard.worker.image;

import org.jspecify.annotations.NullMarked;
