package dev.trainyard.submitter;

import dev.trainyard.db.Database;
import dev.trainyard.db.Role;
import dev.trainyard.submitter.publish.KafkaCluster;
import dev.trainyard.submitter.publish.RequestPublisher;

/** The server's connections. Either all are open or none is. */
record Connections(Database database, KafkaCluster kafka, RequestPublisher publisher) implements AutoCloseable {

    private static final int POOL_SIZE = 8;

    static Connections open(ServerSettings settings) {
        Database database = Database.connect(settings.postgres(), Role.SERVER, POOL_SIZE);
        try {
            KafkaCluster kafka = KafkaCluster.connect(settings.kafka());
            RequestPublisher publisher = new RequestPublisher(settings.kafka());
            return new Connections(database, kafka, publisher);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    @Override
    public void close() {
        publisher.close();
        kafka.close();
        database.close();
    }
}
