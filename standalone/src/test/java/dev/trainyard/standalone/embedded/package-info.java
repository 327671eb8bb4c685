/** Tests against the real servers, in this process and in processes of their own that can be killed. */
@NullMarked
package dev.trainyard.standalone.embedded;

import org.jspecify.annotations.NullMarked;
