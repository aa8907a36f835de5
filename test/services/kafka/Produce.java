import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Produces numbered messages of the four fields with the Java client, so that what is consumed was written by other code.
 * Arguments: bootstrap topic partitions count compression firstId perSecond (0: as fast as possible).
 * Prints the sum over all messages of the CRC-32 of the value.
 */
public class Produce {
  public static void main(String[] args) throws Exception {
    String topic = args[1];
    int partitions = Integer.parseInt(args[2]);
    int count = Integer.parseInt(args[3]);
    long firstId = Long.parseLong(args[5]);
    double perSecond = Double.parseDouble(args[6]);
    Map<String, Object> config = Map.of(
        "bootstrap.servers", args[0], "compression.type", args[4], "linger.ms", "5", "batch.size", "65536",
        "enable.idempotence", "true", "acks", "all", "delivery.timeout.ms", "600000", "max.block.ms", "600000");
    Random random = new Random(firstId);
    long checksum = 0;
    long startedNs = System.nanoTime();
    try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < count; i++) {
        long id = firstId + i;
        double balance = Math.round(Math.exp(7 + random.nextGaussian()) * 100) / 100.0;
        double amount = Math.round(Math.exp(4 + random.nextGaussian()) * 100) / 100.0;
        String value = "{\"id\":" + id + ",\"amount\":" + amount + ",\"transaction_type\":" + random.nextInt(4)
            + ",\"account_balance\":" + balance + "}";
        CRC32 crc = new CRC32();
        crc.update(value.getBytes("UTF-8"));
        checksum += crc.getValue();
        producer.send(new ProducerRecord<>(topic, (int) (id % partitions), "k" + id % 1000, value),
            (meta, error) -> { if (error != null) { error.printStackTrace(); System.exit(1); } });
        if (perSecond > 0) {
          long dueNs = startedNs + (long) (i * 1e9 / perSecond);
          long waitMs = (dueNs - System.nanoTime()) / 1_000_000;
          if (waitMs > 0) Thread.sleep(waitMs);
        }
      }
    }
    System.out.println(checksum);
  }
}
