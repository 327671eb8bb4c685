package dev.trainyard.submitter.webhook;

import dev.trainyard.core.event.Event;
import dev.trainyard.db.Database;
import dev.trainyard.db.Outage;
import dev.trainyard.db.WebhookCalls;
import dev.trainyard.launch.Beat;
import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.launch.Seldom;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the installation's webhook when a job has ended or is held. Each call is made at least once, and repeated until the answer is 2xx or
 * the tries are used up. Waiting calls are in the database, so a restart loses none and any server can make them. Up to eight calls run at
 * once.
 */
public final class WebhookSender implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WebhookSender.class);

    private static final int AT_ONCE = 8;
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);

    /** Longer than any call takes. */
    private static final Duration DONE_WITHIN = Duration.ofSeconds(60);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration FORGET_EVERY = Duration.ofHours(6);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(2);

    /**
     * Time limits and retries.
     *
     * @param answerWithin how long a receiver may take to answer
     * @param pauses the pause before the second try, the third, and so on; the try after the last pause is the last
     */
    record Patience(Duration answerWithin, List<Duration> pauses) {

        /** Eight tries within a day. */
        static final Patience ORDINARY = new Patience(
                Duration.ofSeconds(10),
                List.of(
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(30),
                        Duration.ofHours(2),
                        Duration.ofHours(5),
                        Duration.ofHours(10)));
    }

    private final WebhookCalls calls;
    private final WebhookSecret secret;
    private final URI links;
    private final Patience patience;
    private final HttpClient client;
    private final Semaphore free = new Semaphore(AT_ONCE);
    private final AtomicBoolean failing = new AtomicBoolean();
    private final Seldom forgetting = new Seldom(MonotonicClock.SYSTEM);
    private final Beat beat;
    private volatile boolean closed;

    /** @param links address of a server for the links in the calls */
    public WebhookSender(Database database, WebhookSecret secret, URI links) {
        this(database, secret, links, Patience.ORDINARY);
    }

    WebhookSender(Database database, WebhookSecret secret, URI links, Patience patience) {
        this.calls = new WebhookCalls(database);
        this.secret = secret;
        this.links = links;
        this.patience = patience;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_WITHIN)
                // A redirect counts as a failure: the body is sent only to the address that the operator set.
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        this.beat = new Beat(
                        this::look,
                        Beat.AfterFailure.always(LOOK_EVERY),
                        Beat.Telling.of(
                                WebhookSender::tell,
                                () -> log.info("the webhook is called again, the database does not fail any more")),
                        MonotonicClock.SYSTEM)
                .start(Thread.ofPlatform().daemon().name("webhook"));
    }

    private Beat.Next look() throws InterruptedException {
        forgetting.ifDue(() -> {
            calls.forgetOld();
            return FORGET_EVERY;
        });
        begin();
        return Beat.Next.in(LOOK_EVERY);
    }

    private static boolean tell(Exception failure) {
        // If the whole database is down, every request to this server reports it.
        if (Outage.isAway(failure)) {
            return false;
        }
        log.warn("cannot call the webhook, because the database fails: {}", Outage.words(failure));
        return true;
    }

    /** Starts all calls that are due, up to the limit. */
    private void begin() throws InterruptedException {
        int taken;
        do {
            free.acquire();
            int room = 1 + free.drainPermits();
            List<WebhookCalls.Call> due = List.of();
            try {
                due = calls.take(room, DONE_WITHIN);
            } finally {
                free.release(room - due.size());
            }
            due.forEach(call -> Thread.ofVirtual().name("webhook-call").start(() -> {
                try {
                    make(call);
                } finally {
                    free.release();
                }
            }));
            taken = due.size();
        } while (taken > 0);
    }

    private void make(WebhookCalls.Call call) {
        String failure = failure(call);
        if (closed) {
            // We interrupted it ourselves. It will be due again soon.
            return;
        }
        try {
            if (failure == null) {
                failing.set(false);
                calls.delivered(call);
            } else {
                failed(call, failure);
            }
        } catch (RuntimeException e) {
            log.warn(
                    "cannot record the result of the webhook call for {}, so it is repeated: {}",
                    call.event().id(),
                    Outage.words(e));
        }
    }

    private void failed(WebhookCalls.Call call, String why) {
        Duration again =
                call.tries() <= patience.pauses().size() ? patience.pauses().get(call.tries() - 1) : null;
        calls.failed(call, why, again);
        if (again == null) {
            log.warn(
                    "webhook call given up after {} tries: {} of {}: {} (history.webhook_calls)",
                    call.tries(),
                    call.event().type(),
                    call.event().id(),
                    why);
        } else if (!failing.getAndSet(true)) {
            log.warn(
                    "the webhook does not accept calls; each is tried up to {} times: {}",
                    patience.pauses().size(),
                    why);
        }
    }

    /** What went wrong; null: nothing. Without the address, which may contain a secret. */
    private @Nullable String failure(WebhookCalls.Call call) {
        try {
            HttpResponse<java.io.InputStream> response =
                    client.send(request(call), HttpResponse.BodyHandlers.ofInputStream());
            // The rest of the answer is not read: we do not need it, and it may never end.
            response.body().close();
            int status = response.statusCode();
            return status / 100 == 2 ? null : "answered with status " + status;
        } catch (HttpConnectTimeoutException e) {
            return "no connection within %d s".formatted(CONNECT_WITHIN.toSeconds());
        } catch (HttpTimeoutException e) {
            return "no answer within %d ms".formatted(patience.answerWithin().toMillis());
        } catch (ConnectException e) {
            return "no connection: no program listens there, or the host name is not known";
        } catch (SSLException e) {
            return "TLS: " + e.getMessage();
        } catch (IOException | IllegalArgumentException e) {
            return "cannot be called: " + e.getClass().getSimpleName();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "cannot be called: this server stops";
        }
    }

    private HttpRequest request(WebhookCalls.Call call) {
        Event event = call.event();
        byte[] body = CallBody.of(event, links);
        long timestamp = Clock.systemUTC().instant().getEpochSecond();
        return HttpRequest.newBuilder(URI.create(call.url()))
                .timeout(patience.answerWithin())
                .header("content-type", Event.CONTENT_TYPE)
                .header("user-agent", "trainyard")
                .header("webhook-id", event.id())
                .header("webhook-timestamp", Long.toString(timestamp))
                .header("webhook-signature", secret.signature(event.id(), timestamp, body))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }

    /** Interrupts running calls. The next server process repeats them. */
    @Override
    public void close() throws InterruptedException {
        closed = true;
        beat.close();
        client.shutdownNow();
        if (!free.tryAcquire(AT_ONCE, STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
            log.debug("webhook calls are still running");
        }
    }
}
