package dev.trainyard.core.request;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Flight Recorder event for each decoded request, so that a test can count them. Decoding is the most expensive step. It costs nothing without a recording. */
@Name("dev.trainyard.RequestDecoded")
@Label("Request decoded")
@Category("Trainyard")
@StackTrace(false)
final class RequestDecoded extends Event {}
