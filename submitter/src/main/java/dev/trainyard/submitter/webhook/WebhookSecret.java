package dev.trainyard.submitter.webhook;

import dev.trainyard.launch.FileProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a receiver knows our calls by, as Standard Webhooks writes it: {@code whsec_} and 24 to 64 bytes in base64. */
public final class WebhookSecret {

    /** The variable that holds it. */
    public static final String VARIABLE = "TRAINYARD_WEBHOOK_SECRET";

    /** The variable that names a file with it. */
    public static final String FILE_VARIABLE = "TRAINYARD_WEBHOOK_SECRET_FILE";

    private static final String PREFIX = "whsec_";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SHORTEST = 24;
    private static final int LONGEST = 64;

    private final SecretKeySpec key;

    private WebhookSecret(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * Reads it from a process's environment, where it may be, or the name of its file.
     *
     * @throws IllegalArgumentException if what is there is none; the message says what is expected and does not repeat it
     */
    public static Optional<WebhookSecret> from(Map<String, String> environment) {
        String text = environment.getOrDefault(VARIABLE, "");
        String file = environment.getOrDefault(FILE_VARIABLE, "");
        if (!text.isEmpty() && !file.isEmpty()) {
            throw new IllegalArgumentException("%s and %s are both set: unset one".formatted(VARIABLE, FILE_VARIABLE));
        }
        if (!file.isEmpty()) {
            try {
                return Optional.of(
                        parse(FILE_VARIABLE, Files.readString(Path.of(file)).strip()));
            } catch (IOException e) {
                throw new IllegalArgumentException("%s: %s".formatted(FILE_VARIABLE, FileProblem.wordsWithFile(e)), e);
            }
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(parse(VARIABLE, text));
    }

    private static WebhookSecret parse(String where, String text) {
        try {
            byte[] key = Base64.getDecoder().decode(text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : "");
            if (key.length >= SHORTEST && key.length <= LONGEST) {
                return new WebhookSecret(key);
            }
        } catch (IllegalArgumentException e) {
            // Said below, without the text.
        }
        throw new IllegalArgumentException(
                "%s is no secret of a webhook: write %s and %d to %d random bytes in base64, for example the output of: echo %s$(openssl rand -base64 32)"
                        .formatted(where, PREFIX, SHORTEST, LONGEST, PREFIX));
    }

    /** The value of the header {@code webhook-signature}. */
    String signature(String id, long timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update("%s.%d.".formatted(id, timestamp).getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** Not the secret. */
    @Override
    public String toString() {
        return PREFIX + "***";
    }
}
