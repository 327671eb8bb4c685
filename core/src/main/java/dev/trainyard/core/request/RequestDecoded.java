package dev.trainyard.core.request;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Flight Recorder's note that a request was parsed and checked, which is the dearest thing that is done with one. It costs nothing while nobody records. */
@Name("dev.trainyard.RequestDecoded")
@Label("Request decoded")
@Category("Trainyard")
@StackTrace(false)
final class RequestDecoded extends Event {}
