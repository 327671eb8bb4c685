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

/** The secret by which a receiver verifies our calls, in the form of Standard Webhooks: {@code whsec_} and 24 to 64 bytes in base64. */
public final class WebhookSecret {

    /** The variable with the secret. */
    public static final String VARIABLE = "TRAINYARD_WEBHOOK_SECRET";

    /** The variable with the name of a file that contains the secret. */
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
     * Reads it from one of these two variables.
     *
     * @throws IllegalArgumentException if the value is not valid; the message names the expected form and does not repeat the value
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
            // Reported below, without the text.
        }
        throw new IllegalArgumentException(
                "%s is not a webhook secret: write %s and %d to %d random bytes in base64, for example the output of: echo %s$(openssl rand -base64 32)"
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

    /** Does not contain the secret. */
    @Override
    public String toString() {
        return PREFIX + "***";
    }
}
